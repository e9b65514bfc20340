"""A facade at run time, whatever the capability: who is asked, what is compared, when a ramp goes on or back.

A facade has a folder of its own beside this one. It says what sticks, how the legacy side is asked, which differences
are no mistakes and which plans there are.
"""
