"""What a proxy's own configuration says: is the guard there, in order, and closed on failure?"""
