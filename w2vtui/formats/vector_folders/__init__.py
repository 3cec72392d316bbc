"""The folder of vectors that this program saves.

vector_folder      what is in it                  folder_stream   row by row, for conversions
safetensors_file   its tensors
"""
