// Package rbig fits Rotation-Based Iterative Gaussianization: rotations and maps of single columns, one after another, each fitted
// to the output of those before it, until that output cannot be distinguished from independent normal columns. It uses no
// gradients. The result is a flows.Flow: a density that can be sampled and saved, and from which training can start.
//
// It is a package apart from flows because it chooses the structure of a flow (which rotations, which maps, how many) by the data,
// while the recipes of flows are given it.
//
// Source: Laparra, Camps-Valls & Malo 2011, arXiv:1602.00229.
package rbig
