"""What this registry tells others in their own schemas: CAD Trust v2 and OffsetsDB."""
