// Package beam works on more rows than one machine should: pipelines of Apache Beam that score a lake of files, draw rows, say what is in
// each column, and fit an iterative Gaussianization, on any of Beam's runners. It is a module of its own, so that only those who use
// Beam download it.
//
// The unit of work is a file: CSV and TSV (also packed with gzip or zstd), Parquet, Arrow, NPY and lines of JSON, as package data reads
// them, from any file system that Beam knows. Many files of some hundred megabytes are read well; one large file is read by one worker.
package beam
