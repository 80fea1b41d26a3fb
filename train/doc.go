// Package train fits any model that has parameters and a graph, with Keras's semantics under Go names: Config holds the
// arguments of compile, FitConfig those of fit, and History is what fit returns.
//
// A batch is cut into one shard for each worker; each worker runs its own program over the same parameters, and the
// gradients are added in worker order. The same seed, data and number of workers give the same history, bit for bit.
// FitSource, EvaluateSource and Batches read a Source, a table that need not fit in memory.
//
//	trainer, err := train.New(model, train.Config{Optimizer: train.Adam{LearningRate: 3e-3}})
//	history, err := trainer.Fit(ctx, x, train.FitConfig{Epochs: 20, BatchSize: 512, ValidationSplit: 0.1})
//
// A loss gives one number for each row (losses.Loss); New checks by trial that it does not depend on other rows. One that
// does is a losses.BatchLoss and gets the whole batch. An optimizer of one's own is a generic function: see Optimizer.
//
// Keras's names and ours:
//
//	compile(optimizer, loss)         New(model, Config{Optimizer, Loss}); flows.Flow.Compile
//	loss, add_loss                   losses.Loss, Terms.LayerLosses
//	kernel_regularizer               Config.Penalties: losses.L2 by the suffix of a parameter's name
//	clipnorm, clipvalue, use_ema     Config.Clip, Config.EMA
//	LearningRateSchedule             Schedule: Constant, Exponential, Cosine, Piecewise
//	fit(x, sample_weight)            Fit(ctx, x, FitConfig{SampleWeights}); FitSource(ctx, source, …) of a tf.data.Dataset
//	batch_size                       FitConfig.BatchSize, at most the rows that there are
//	validation_split, _data, _freq   FitConfig.ValidationSplit, ValidationData or ValidationSource, ValidationFreq
//	shuffle, initial_epoch, verbose  FitConfig.NoShuffle, InitialEpoch, Verbosity
//	history.history["loss"]          History.Loss, ValLoss, and Metrics by name
//	metrics=[…]                      a Callback that calls State.Report, placed before the callbacks that monitor it
//	monitor, mode                    Monitor; less is always better: report a score's negative
//	EarlyStopping(restore_best_…)    EarlyStopping{RestoreBest}
//	ModelCheckpoint(save_best_only)  ModelCheckpoint{Save, BestOnly}
//	BackupAndRestore                 FitConfig.Checkpoint
//	layer.trainable = False          graph.Param.Trainable = false
//	evaluate, predict                Evaluate, Predict
//
// What happens beside the steps is a Callback: EarlyStopping, ModelCheckpoint, ReduceLROnPlateau, CSVLogger or a
// LambdaCallback. FitConfig.Checkpoint keeps a fit on disk, and one that was killed goes on to the same result.
package train
