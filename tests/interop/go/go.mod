module assay.example/logcheck

go 1.27

require golang.org/x/mod v0.36.1
