"""A run that trains in one process and is watched and steered from others.

    messages     what is asked and answered: frozen dataclasses
    failures     errors as answers
    protocol     whether two programs understand each other
    connection   frames of JSON, bytes and descriptors over a socket
    server       in the process that trains: answers viewers, a thread for each
    remote/      in a process that watches: what the screens use in place of a `Run`
    starting     starts a process that trains
    attaching    finds one that trains already, by the folder of its run
    branching    branches of a run that trains, beside it or after it

A viewer never slows or holds up the training: whoever asks too little, too late or never is
dropped. A socket is open to the person alone who trains.
"""
