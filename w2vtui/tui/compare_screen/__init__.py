"""The Compare screen: two to six runs or files of vectors, side by side."""
