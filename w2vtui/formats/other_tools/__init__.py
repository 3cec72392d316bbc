"""Layouts that other tools read.

npy_file           NumPy's arrays                  parquet_file      tables of DuckDB, pandas
tables_of_vectors  CSV and JSON                    projector         the Embedding Projector's pair
model2vec_folder   model2vec's, for sentences      sentence_weights  the weights of words in it
"""
