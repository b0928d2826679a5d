/** Models with their gradients: linear regression, and networks of dense layers. */
package org.adamant.bench.train.model;
