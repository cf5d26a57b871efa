"""What we saw: frozen facts, standard library only. Nothing here concludes anything."""
