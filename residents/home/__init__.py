"""What stands on a resident's home page, from what the portal knows: plain sentences, no official's words."""
