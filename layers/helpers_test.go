package layers_test

import (
	"strings"
	"testing"

	"gaussflow/initializers"
	"gaussflow/layers"
	"gaussflow/transforms"
)

// given is a conditioner that is there already.
func given(c layers.Conditioner) layers.MakeConditioner {
	return func(int, int) (layers.Conditioner, error) { return c, nil }
}

// mixtureOf is the transform of a MixtureCDFCoupling of k components.
func mixtureOf(k int) transforms.GaussianMixtureCDF {
	return transforms.GaussianMixtureCDF{Components: k, Clamp: initializers.DefaultScaleClamp}
}

// failure runs f and reports a panic as a failure of the test.
func failure(t *testing.T, f func() error) (err error) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("panic: %v", r)
		}
	}()
	return f()
}

// wantError asserts an error with each of the key words.
func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("got no error")
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
}
