/** The data that models are trained on: files of real data, a text, and made ones with a fixed seed. */
package org.adamant.bench.train.data;
