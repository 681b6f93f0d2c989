"""The crypto port: signing, sealing and authenticating by named keys that can be changed.

Rooms name a purpose ("personal", "log", …) and never see a key. Which algorithm and which key
answer is the ring's matter; every ciphertext, signature and code carries both.
"""
