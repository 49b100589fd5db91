"""micrograd: a scalar-valued autograd engine and networks, built in the book beside it."""
