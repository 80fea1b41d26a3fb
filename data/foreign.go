package data

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
)

// foreign lists formats that are recognized but not read: how a file begins, apart from blanks, what it is, and what to
// do instead.
var foreign = []struct{ begins, is, instead string }{
	{`{"`, "JSON", asRows}, {"[{", "JSON", asRows}, {"[[", "JSON", asRows},
	{"<!DOCTYPE", "a page of HTML", asCSV}, {"<!doctype", "a page of HTML", asCSV}, {"<html", "a page of HTML", asCSV}, {"<?xml", "XML", asCSV},
	{"%PDF-", "a PDF", asCSV}, {"\xd0\xcf\x11\xe0", "an Excel workbook", asCSV},
	{"FEA1", "a Feather file of version 1", asRows}, {"Obj\x01", "an Avro file", asRows}, {"\x89HDF", "an HDF5 file", asRows},
	{"<stata_dta>", "a file of Stata", asRows}, {"$FL2@", "a file of SPSS", asRows}, {"$FL3@", "a file of SPSS", asRows},
}

// What to do with a file of another format.
const (
	asRows = "write it as CSV or Parquet"
	asCSV  = "save its table as CSV"
)

// foreignHead is how many bytes are needed to recognize a format.
const foreignHead = 64

// checkForeign reports a file that begins like one of a foreign format.
func checkForeign(name string, head []byte) error {
	squeezed := bytes.Join(bytes.Fields(bytes.TrimPrefix(head, utf8Mark)), nil)
	for _, f := range foreign {
		if bytes.HasPrefix(squeezed, []byte(f.begins)) {
			return notRead(name, f.is, f.instead)
		}
	}
	return nil
}

func notRead(name, is, instead string) error {
	return &FormatError{File: name, What: fmt.Sprintf("is %s, which is not read: %s", is, instead)}
}

// checkArrays reports a zip file without arrays, since other formats are zip files too.
func checkArrays(name string, archive *zip.Reader) error {
	for _, f := range archive.File {
		switch {
		case strings.HasSuffix(f.Name, ".npy"):
			return nil
		case strings.HasPrefix(f.Name, "xl/"):
			return notRead(name, "an Excel workbook", asCSV)
		case f.Name == "content.xml":
			return notRead(name, "an OpenDocument file", asCSV)
		}
	}
	return notRead(name, "a zip file without arrays in .npy", "unpack it, or pack the table with gzip or zstd")
}
