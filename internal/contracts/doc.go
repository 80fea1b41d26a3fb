// Package contracts lists what the library exports, for its test: everything is called with arguments that a careless or hostile
// caller could give, and must answer with a result or an error.
package contracts
