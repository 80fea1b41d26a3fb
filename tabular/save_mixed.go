package tabular

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"gaussflow/flows"
	"gaussflow/graph/safetensors"
	"gaussflow/internal/strictjson"
	"gaussflow/mixed"
)

// saveMixed writes the file of mixed.Model.Save with the facts of the table as an additional string.
func (m *Model) saveMixed(op string, write func(*safetensors.File) error) error {
	file, err := m.mixedFile()
	if err == nil {
		err = write(file)
	}
	if err != nil {
		return fmt.Errorf("tabular: %s: %w", op, err)
	}
	return nil
}

func (m *Model) mixedFile() (*safetensors.File, error) {
	if err := m.validate(len(m.Mixed.Columns()), 0); err != nil {
		return nil, err
	}
	var density bytes.Buffer
	if err := m.Mixed.SaveTo(&density); err != nil {
		return nil, err
	}
	file, err := safetensors.Read(&density)
	if err != nil {
		return nil, err
	}
	facts := m.lasting()
	facts.Training.History = timeless(facts.Training.History)
	facts.Schema = nil // the density has it itself
	raw, err := json.Marshal(facts)
	if err != nil {
		return nil, err
	}
	file.Metadata[extra] = string(raw)
	return file, nil
}

// loadMixed reads an any-order model; is reports whether the file holds the facts of one.
func loadMixed(path string) (m *Model, is bool, err error) {
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, false, err
	}
	raw, is := file.Metadata[extra]
	if !is {
		return nil, false, nil
	}
	if m, err = fromMixed(file, raw); err != nil {
		return nil, true, &flows.FileError{Op: "Load", Path: path, Err: err}
	}
	return m, true, nil
}

func fromMixed(file *safetensors.File, raw string) (*Model, error) {
	delete(file.Metadata, extra)
	var density bytes.Buffer
	if err := safetensors.Write(&density, file); err != nil {
		return nil, err
	}
	m := &Model{}
	var err error
	if m.Mixed, err = mixed.LoadFrom(&density); err != nil {
		return nil, err
	}
	if err := strictjson.Unmarshal([]byte(raw), &m.Facts, true); err != nil {
		return nil, notOfTable(err)
	}
	schema := m.Mixed.Schema()
	m.Schema = &schema
	if err := m.validate(len(m.Mixed.Columns()), 0); err != nil {
		return nil, notOfTable(err)
	}
	if !file.Verified {
		m.Warnings = append(m.Warnings, unverified)
	}
	return m, nil
}

// checkSchema reports a schema that does not describe the columns.
func (f Facts) checkSchema() error {
	if f.Schema == nil {
		return nil
	}
	if err := f.Schema.Validate(); err != nil {
		return &FactError{err.Error()}
	}
	var names []string
	for _, c := range f.Schema.Modelled() {
		names = append(names, c.Name)
	}
	if !slices.Equal(names, f.Names()) {
		return &FactError{fmt.Sprintf("the schema models the columns %q, want %q", names, f.Names())}
	}
	return nil
}
