// The floor of a start: a module that does nothing.
