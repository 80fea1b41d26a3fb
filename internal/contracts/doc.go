// Package contracts lists what the library exports, for its test: everything is called with arguments that a careless or hostile
// caller could pass, and must return a result or an error.
package contracts
