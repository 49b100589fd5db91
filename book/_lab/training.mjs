// Figures of trainings.
