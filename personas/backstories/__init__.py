"""Lives that personas tell: what they are asked, and what a critic looks for."""
