"""A demo shop and a simulated audience, as real servers in processes of their own."""
