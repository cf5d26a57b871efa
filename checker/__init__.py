"""indikatorkollen: measures what public domains offer from the outside and prints it as Appendix A did."""

__version__ = "0.1.0"
