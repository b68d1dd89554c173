"""The portal as browsers see it: one application answering for every commune."""
