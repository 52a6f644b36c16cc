"""The natural offline voice, and the sounds of French that it is told."""
