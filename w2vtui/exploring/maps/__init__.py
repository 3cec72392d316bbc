"""Maps of words.

projection    where words lie: by principal components, or along two axes
components    the principal components
map_svg       a map as a picture
cluster_looks the color and the letter of a cluster
label_places  where its labels have room
map_files     the picture or the table as a file
"""
