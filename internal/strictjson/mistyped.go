package strictjson

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
)

// Mistyped says what is wrong with a value of another type than is wanted, in JSON's words.
func Mistyped(e *json.UnmarshalTypeError) string {
	where := "the value"
	if e.Field != "" {
		where = strconv.Quote(e.Field)
	}
	return fmt.Sprintf("%s is %s, want %s", where, cmp.Or(articles[e.Value], e.Value), kindOf(e.Type))
}

// articles are the names that encoding/json gives values, as a sentence needs them; a number that is out of range it names itself.
var articles = map[string]string{"bool": "true or false", "string": "a text in quotes", "number": "a number", "array": "a list in [ ]", "object": "an object in { }"}

// kindOf is JSON's name for a Go type.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return articles["bool"]
	case reflect.String:
		return articles["string"]
	case reflect.Float32, reflect.Float64:
		return articles["number"]
	case reflect.Slice, reflect.Array:
		return articles["array"]
	case reflect.Struct, reflect.Map, reflect.Pointer:
		return articles["object"]
	}
	return "a whole number that is not too large"
}
