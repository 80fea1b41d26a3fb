package train

import (
	"encoding/json"
	"math"
	"strconv"
)

// A number is a float64 that survives JSON, bit for bit, also where it is not finite: "NaN", "+Inf" and "-Inf".
type number float64

// MarshalJSON is the shortest number that reads back the same.
func (n number) MarshalJSON() ([]byte, error) {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return json.Marshal(strconv.FormatFloat(v, 'g', -1, 64))
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (n *number) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return json.Unmarshal(raw, (*float64)(n))
	}
	v, err := strconv.ParseFloat(s, 64)
	*n = number(v)
	return err
}

func numbers(values []float64) (n []number) {
	for _, v := range values {
		n = append(n, number(v))
	}
	return n
}

func floats(n []number) (values []float64) {
	for _, v := range n {
		values = append(values, float64(v))
	}
	return values
}
