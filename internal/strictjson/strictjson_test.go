package strictjson_test

import (
	"encoding/json"
	"errors"
	"testing"

	"gaussflow/internal/strictjson"
)

func TestUnmarshal(t *testing.T) {
	for text, ok := range map[string]bool{
		`{"a":1,"b":{"a":[{"a":2},{"a":3}],"c":"a"}}`: true,
		` [1, {"x": null}, "x", "x"] `:                true,
		`3`:                                           true,
		`"a"`:                                         true,
		`{}`:                                          true,
		`{"a":1,"a":1}`:                               false,
		`{"a":1,"\u0061":1}`:                          false,
		`{"b":{"a":1,"c":{},"a":2}}`:                  false,
		`[{"a":[],"a":[]}]`:                           false,
		`{"a":1} x`:                                   false,
		`{"a":1}{}`:                                   false,
		`1 2`:                                         false,
		`{"a":1`:                                      false,
		`{"a"}`:                                       false,
		``:                                            false,
		` `:                                           false,
		`}`:                                           false,
	} {
		var v any
		if err := strictjson.Unmarshal([]byte(text), &v, false); (err == nil) != ok {
			t.Errorf("%s: error %v, want well: %v", text, err, ok)
		}
	}
	var v struct{ A int }
	if err := strictjson.Unmarshal([]byte(`{"A":1,"B":2}`), &v, true); err == nil {
		t.Error("got no error for a field that is not known")
	}
	if err := strictjson.Unmarshal([]byte(`{"A":1,"B":2}`), &v, false); err != nil || v.A != 1 {
		t.Errorf("got %+v, %v", v, err)
	}
}

// TestMistyped: what is wrong is said in JSON's words.
func TestMistyped(t *testing.T) {
	type part struct {
		Rows  int
		Share float64
		Given map[string]int
		Names []string
		On    bool
		Of    *part
	}
	for text, want := range map[string]string{
		`3`:                         "the value is a number, want an object in { }",
		`{"Rows":"3"}`:              `"Rows" is a text in quotes, want a whole number that is not too large`,
		`{"Rows":1e99}`:             `"Rows" is number 1e99, want a whole number that is not too large`,
		`{"Of":{"Share":[1]}}`:      `"Of.Share" is a list in [ ], want a number`,
		`{"Given":true}`:            `"Given" is true or false, want an object in { }`,
		`{"Names":{"a":1}}`:         `"Names" is an object in { }, want a list in [ ]`,
		`{"On":0}`:                  `"On" is a number, want true or false`,
		`{"Names":["a",["b"],"c"]}`: `"Names" is a list in [ ], want a text in quotes`,
	} {
		var v part
		var wrong *json.UnmarshalTypeError
		if err := strictjson.Unmarshal([]byte(text), &v, true); !errors.As(err, &wrong) || strictjson.Mistyped(wrong) != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// FuzzUnmarshal: whatever Unmarshal accepts is valid JSON, and it accepts all that json.Marshal writes.
func FuzzUnmarshal(f *testing.F) {
	for _, s := range []string{`{"a":[1,{"b":null}]}`, `[[]]`, `{"a":1,"a":2}`, `1 2`, `{"":{}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var v any
		if strictjson.Unmarshal(text, &v, false) != nil {
			return
		}
		if !json.Valid(text) {
			t.Fatalf("%q is not JSON", text)
		}
		again, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := strictjson.Unmarshal(again, &v, false); err != nil {
			t.Fatalf("%s: %v", again, err)
		}
	})
}
