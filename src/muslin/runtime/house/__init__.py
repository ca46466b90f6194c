"""What a house with several people needs: passwords, an inbox, thumbnails, an easel, a foreman."""
