"""Posture: is the guard up at each cell of the mesh, and what says so?"""
