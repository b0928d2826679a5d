/** Training loops and optimizers: which samples make a batch, and what a step does with the gradient. */
package org.adamant.bench.train.trainer;
