"""The whole program from outside: real command line, lab laptops, simulated tenant."""
