"""minibar-ml: learns what is normal in a hotel's minibars and says what is not."""

__version__ = "0.1.0"
