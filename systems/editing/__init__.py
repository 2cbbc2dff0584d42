"""What the admin of both apps is made of: rights, forms, previews, history."""
