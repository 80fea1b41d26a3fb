package mixed

import "errors"

// ErrNotFitted is wrapped by the errors of a Model that neither Fit nor Load has made.
var ErrNotFitted = errors.New("the model is nil or zero: Fit makes one, or Load")
