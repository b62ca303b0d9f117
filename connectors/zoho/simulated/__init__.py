"""What the simulated Zoho is made of.

Replies are marked: [D] documented, [R] recorded, [C] seen by clients of others, [L] found by trying, [I] guessed.
"""
