"""The published site: its pages and files, from judged rows and their history. Never measures, judges or opens the store."""
