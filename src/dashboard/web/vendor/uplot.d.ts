// Decides the types of vendor/uplot.js, which is uPlot itself, served from node_modules.

export { default } from 'uplot'
