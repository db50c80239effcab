"""What tests share: databases, hotels, servers and values made by hand."""
