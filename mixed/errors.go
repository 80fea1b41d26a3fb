package mixed

import "errors"

// ErrNotFitted is wrapped by the errors of a Model that was made by neither Fit nor Load.
var ErrNotFitted = errors.New("the model is nil or zero: Fit makes one, or Load")
