"""Documents, codes and pictures made from data: Typst, QR. Pure."""
