package beam

import (
	"errors"
	"os"

	"gaussflow/serve"
)

// decode reads a model of the bytes of its file, which travel with the pipeline: a worker needs no path to it.
func decode(model []byte) (m serve.Model, err error) {
	f, err := os.CreateTemp("", "model-*.gflow")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(model)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return serve.Load(f.Name())
}

// names are those of columns.
func names(columns []serve.Column) []string {
	all := make([]string, len(columns))
	for j, c := range columns {
		all[j] = c.Name
	}
	return all
}
