"""The functions of points-calculation: each module is one function, named after it."""
