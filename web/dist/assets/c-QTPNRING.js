import{f as a}from"./c-MSU3WJ3J.js";import"./c-RKGZEJRR.js";import"./c-X5SOGRU3.js";import"./c-HDQN7DAG.js";import"./c-EXRRMHRU.js";export{a as default};
