#!/bin/sh
echo assay
