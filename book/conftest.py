"""The chapters as tests: without progress bars, whose text would never be the same twice."""
import os

os.environ['TQDM_DISABLE'] = '1'
