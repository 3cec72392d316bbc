"""What can be asked of word vectors, and the answers that screens and command line both show.

subject      what is explored, and its vectors as of one moment; run_subject: a run that trains
forms        the forms of a question        questions    the query line: from a text to a form
asking       from a form to its answer      answers      what an answer holds; limits: of words
comparing    two words, axes, odd ones      searching    words by regular expression
clusters     groups of words                board        a person's own analogies
word_card    what is known of one word      sides        input vectors, output vectors, their sum
maps/        words on a plane, and pictures of that
why_near/    why two words are near, by what the text says
"""
