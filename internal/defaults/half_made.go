package defaults

import "fmt"

// HalfMade is deferred around the first calls of a piece that a caller has made, whom is "the base, a T, " or empty. It makes an error of
// a panic, which is what a type that embeds a nil piece answers with.
func HalfMade(err *error, whom string) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%spanics: %v: is a part of it nil?", whom, p)
	}
}
