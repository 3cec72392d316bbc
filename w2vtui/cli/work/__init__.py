"""What the verbs do that do much; a verb imports its work when it runs.

reasons          `w2vtui why`                     interactive       questions line by line
benchmark        `w2vtui bench`                   joining_phrases   `w2vtui phrases`
evaluation       `w2vtui evaluate`                stability         `w2vtui stability`
comparing        `w2vtui compare`                 converting        `w2vtui convert`
sweeping         `w2vtui sweep`: sets it up       showing_sweeps    shows it, in the app or here
sweep_progress   how far one is                   sweep_results     what came of it
"""
