package sql

import (
	"fmt"
	"unicode/utf8"
)

// An Error is what a database says of a query, or why it cannot be asked.
type Error struct {
	Database string // without a password
	What     string // in the database's own words, where they are its
	At       int    // the character of the query, from 1, that it is about; 0 where that is not known
	Near     string // the query from there on
	Err      error  // the cause in words of the code that found it, or nil
}

func (e *Error) Error() string { return "sql: " + e.Database + ": " + e.Reason() }

// Reason is what the error says, without the database's name.
func (e *Error) Reason() string {
	if e.At == 0 {
		return e.What
	}
	return fmt.Sprintf("%s, at character %d of the query: %.40q", e.What, e.At, e.Near)
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// about is the error with the place in a query that it is about: a number of bytes.
func (e *Error) about(query string, offset int) *Error {
	if offset < 0 || offset >= len(query) {
		return e
	}
	e.At, e.Near = utf8.RuneCountInString(query[:offset])+1, query[offset:]
	return e
}
