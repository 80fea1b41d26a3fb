package sql

import (
	"fmt"
	"unicode/utf8"
)

// An Error is what a database says about a query, or why it could not be asked.
type Error struct {
	Database string // without a password
	What     string // in the database's own words, if it said anything
	At       int    // the position in the query, in characters from 1; 0 if unknown
	Near     string // the query from there on
	Err      error  // the cause as an error of the code that found it, or nil
}

func (e *Error) Error() string { return "sql: " + e.Database + ": " + e.Reason() }

// Reason is the error's text without the database's name.
func (e *Error) Reason() string {
	if e.At == 0 {
		return e.What
	}
	return fmt.Sprintf("%s, at character %d of the query: %.40q", e.What, e.At, e.Near)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// about sets the error's position in a query, given as an offset in bytes.
func (e *Error) about(query string, offset int) *Error {
	if offset < 0 || offset >= len(query) {
		return e
	}
	e.At, e.Near = utf8.RuneCountInString(query[:offset])+1, query[offset:]
	return e
}
