print('assay')
