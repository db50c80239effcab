"""The product's forecast on sales that are not simulated, compared with forecasts of the library statsforecast."""
